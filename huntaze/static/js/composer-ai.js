// Has texts written: versions side by side as they come, rewrites as a diff, hashtags and first lines to pick from.
import * as put from "./composer-put.js";
import { field, form, save, take } from "./composer-save.js";
import { area, figure, isOwn, measure, ownPlace, place } from "./composer-view.js";

const words = form.dataset;
const announcer = document.getElementById("announce");
const resultsPlace = document.getElementById("results-place");
const suggestionPlace = document.getElementById("suggestion-place");
const refusal = document.getElementById("refusal");
const asScript = { "X-Composer": "yes" };

const post = (url, body) => fetch(url, { method: "POST", body, headers: asScript, redirect: "manual" });

// A screen reader hears whole sentences, of the first text only.
const announce = (() => {
  let rest = "";
  return (text) => {
    rest += text;
    const end = rest.search(/[.!?…](?=\s)(?!.*[.!?…]\s)/s);
    if (end < 0) return;
    announcer.textContent = rest.slice(0, end + 1).trim();
    rest = rest.slice(end + 1);
  };
})();

const fail = (text) => {
  refusal.replaceChildren();
  const banner = document.createElement("p");
  banner.className = "banner banner-warn";
  banner.textContent = text;
  refusal.append(banner);
};

// What a part of the page listened to is let go with it.
const leave = (part) => {
  for (const each of [part, ...part.querySelectorAll("[data-events]")]) each.listening?.close();
};

const fill = (place, html) => {
  leave(place);
  place.innerHTML = html;
  return place.firstElementChild;
};

const begun = async (answer, place) => {
  refusal.replaceChildren();
  if (answer.type === "opaqueredirect") return fail(words.loggedOut), null;
  if (answer.status === 422) return fail(Object.values((await answer.json()).errors).flat().join(" ")), null;
  const html = await answer.text();
  if (answer.status !== 201) {
    if (answer.status < 500 || html.includes("banner")) refusal.innerHTML = html;
    else fail(words.refused);
    refusal.scrollIntoView({ block: "nearest" });
    return null;
  }
  const section = fill(place, html);
  watchAll(section);
  section.scrollIntoView({ block: "nearest", behavior: "smooth" });
  return section;
};

const watchAll = (section) => [section, ...section.querySelectorAll("[data-events]")].forEach(watch);

const watch = (section) => {
  if (!section.dataset.events) return;
  // A card of one more version has its line of details only.
  const status = section.querySelector("[data-progress]") ?? section.querySelector(".variant-details");
  const source = (section.listening = new EventSource(section.dataset.events));
  const card = (index) => (section.id === "results" && section.querySelector(`#variant-${index}`)) || section;
  const text = (index) => card(index).querySelector("[data-text]");
  const forget = (index, claim) => {
    card(index).dataset.claim = claim;
    if (text(index)) text(index).textContent = "";
  };
  source.addEventListener("token", (event) => {
    const { variant, claim, text: word } = JSON.parse(event.data);
    const place = card(variant);
    if (claim < Number(place.dataset.claim ?? 0)) return;
    if (String(claim) !== place.dataset.claim) forget(variant, claim);
    place.dataset.status = "writing";
    const details = place.querySelector(".variant-details");
    if (details && details.textContent !== words.busyWriting) details.textContent = words.busyWriting;
    if (status.textContent !== words.busyWriting) status.textContent = words.busyWriting;
    text(variant)?.append(word);
    if (variant === 0 && text(0)) announce(word);
  });
  source.addEventListener("progress", (event) => {
    const { variant, claim, state: now, body } = JSON.parse(event.data);
    if (now === "restarted") return forget(variant, claim);
    card(variant).dataset.status = now;
    if (body && text(variant) && section.id !== "suggestion") text(variant).textContent = body;
  });
  source.addEventListener("done", () => end(section, source));
  source.addEventListener("error", (event) => {
    if (event.data) end(section, source);
    else status.textContent = source.readyState === EventSource.CLOSED ? words.lost : words.reconnecting;
  });
  source.addEventListener("open", () => {
    if ([words.lost, words.reconnecting].includes(status.textContent)) status.textContent = words.busyWriting;
  });
};

const end = async (section, source) => {
  source.close();
  const answer = await fetch(section.dataset.part, { headers: asScript });
  if (!answer.ok || !section.isConnected) return;
  const held = section.contains(document.activeElement);
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  const next = fresh.content.firstElementChild;
  leave(section);
  section.replaceWith(next);
  if (next.id === "results") watchAll(next);
  if (held || next.id === "suggestion") next.querySelector("[tabindex='-1']")?.focus({ preventScroll: true });
  if (next.id === "suggestion") {
    measured(next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
  quota();
  if (next.id === "results") await pull(put.belongs(next));
};

// The first version goes into a text that is still empty; the server has put it there.
const pull = async (where) => {
  if (area(where).value.trim()) return;
  const answer = await fetch(location.pathname, { headers: asScript });
  if (!answer.ok) return;
  const told = await answer.json();
  const body = where ? told.own[where]?.body : told.body;
  if (!body || area(where).value.trim()) return;
  take(told, where);
  put.mark(body);
};

// A rewrite for a channel tells whether it fits there.
const measured = (section) => {
  const place = section.querySelector("[data-fits]");
  if (!place) return;
  const found = measure(place.dataset.fits, section.querySelector("[data-result]").value, place.dataset.label);
  place.textContent = figure(found);
  place.toggleAttribute("data-over-limit", found.used > found.longest);
  section.querySelector("[data-fit-result]").hidden = found.used <= found.longest;
};

const quota = async () => {
  const meter = document.getElementById("quota");
  if (!meter) return;
  const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
  const fresh = page.getElementById("quota");
  if (fresh) meter.replaceWith(document.adoptNode(fresh));
};

export const write = async (button) => {
  const prompt = field("prompt");
  document.getElementById("brief").open = true;
  if (!prompt.value.trim()) return prompt.focus();
  if (button.ariaBusy === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    // A brief that came with the page is not changed, and makes a draft all the same.
    if (!(await save({ empty: true }))) return;
    const body = new FormData(form);
    body.set("where", ownPlace());
    const section = await begun(await post(button.formAction, body), resultsPlace);
    if (section) field("again").value = "True";
  } catch {
    fail(words.offline);
  } finally {
    button.removeAttribute("aria-busy");
  }
};

const edit = async (fields, { source, where = place() } = {}) => {
  const text = area(where);
  // Where a channel says what all say, its tab shows that text, and nothing of it can be selected.
  const shown = where === place() && (!where || isOwn(where));
  const [from, to] = source === undefined && shown ? [text.selectionStart, text.selectionEnd] : [0, 0];
  const passage = source ?? (to > from ? text.value.slice(from, to) : text.value);
  if (!passage.trim()) return fail(words.tooSoon);
  if (!(await save({ empty: true }))) return;
  put.aimed(to > from ? [from, to] : [0, text.value.length]);
  const body = new FormData();
  body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
  for (const [name, value] of Object.entries({ ...fields, source: passage, channel: where })) body.set(name, value);
  try {
    await begun(await post(`${location.pathname}/edit`, body), suggestionPlace);
  } catch {
    fail(words.offline);
  }
};

// What is suggested for a version on its card goes where the version belongs.
const ofCard = (id) => {
  const text = id && document.getElementById(id);
  return text ? { source: text.textContent, where: put.belongs(text) || place() } : {};
};

const fit = (button) => {
  const again = "fitResult" in button.dataset && button.closest("#suggestion").querySelector("[data-result]").value;
  return edit({ kind: "rewrite", change: "fit" }, { where: button.dataset.fit, ...(again && { source: again }) });
};

const again = async (sent) => {
  const button = sent.querySelector("button");
  if (button.ariaBusy === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const section = await begun(await post(sent.action, new FormData(sent)), resultsPlace);
    const card = section && [...section.querySelectorAll(".variant")].at(-1);
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  } catch {
    fail(words.offline);
  } finally {
    button.removeAttribute("aria-busy");
  }
};

export const stop = () => {
  const under = document.querySelector("[data-stop]");
  under?.requestSubmit();
  return Boolean(under);
};

const stopping = async (stopForm) => {
  stopForm.querySelector("button").setAttribute("aria-busy", "true");
  await fetch(stopForm.action, { method: "POST", body: new FormData(stopForm), redirect: "manual" });
};

export const start = () => {
  document.querySelectorAll("#results, #suggestion").forEach(watchAll);
  document.querySelectorAll("#suggestion").forEach(measured);
  document.addEventListener("submit", (event) => {
    const { target: sent } = event;
    if (sent.matches("[data-stop]")) event.preventDefault(), stopping(sent);
    else if (sent.matches("[data-accept]")) event.preventDefault(), put.accept(sent.closest("#suggestion"));
    else if (sent.matches("[data-again]")) event.preventDefault(), again(sent);
    else if (sent.matches("[data-use]")) event.preventDefault(), put.use(sent.closest(".variant"));
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { change: kind, of, suggest, hide } = button.dataset;
    if (kind) edit({ kind: "rewrite", change: kind }, ofCard(of));
    else if ("fit" in button.dataset) fit(button);
    else if (suggest) edit({ kind: suggest }, { source: area().value });
    else if (hide) document.getElementById(hide)?.remove();
    else if (button.dataset.add) put.add(button);
    else if (button.dataset.insert) put.insert(button);
    else if (button.dataset.rework) put.rework(document.getElementById(button.dataset.rework));
    else if ("ask" in button.dataset) ask();
  });
  document.addEventListener("change", (event) => {
    const choice = event.target.closest("[data-translate]");
    if (!choice?.value) return;
    edit({ kind: "rewrite", change: "translate", language: choice.value }, ofCard(choice.dataset.of));
    choice.value = "";
  });
  const instruction = document.querySelector("[data-instruction]");
  const ask = () => {
    if (instruction.value.trim()) edit({ kind: "rewrite", instruction: instruction.value });
    else instruction.focus();
  };
  instruction.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    ask();
  });
};

// Saves the draft while it is typed, and never loses a word: what the server has not got yet lies on this device.
export const form = document.getElementById("draft");
const words = form.dataset;
const note = document.getElementById("saved");
const trouble = document.getElementById("save-trouble");
const sheet = document.getElementById("conflict-sheet");
const prefix = `huntaze.draft.${words.owner}.`;
const aside = new Set(["csrfmiddlewaretoken", "revision", "key", "again", "do", "resolve"]);
const soon = 700;
const listeners = new Set();
let chain = Promise.resolve(true);
let timer = 0;
let wait = 0;
let stuck = false;
let savedAt = words.savedAt ? new Date(words.savedAt) : null;

export const field = (name) => form.elements.namedItem(name);
export const onSaved = (listener) => listeners.add(listener);
export const says = (text) => {
  if (trouble.textContent !== text) trouble.textContent = text;
};

const entries = () => [...new FormData(form)].filter(([name]) => !aside.has(name));
const snapshot = () => JSON.stringify(entries());
let saved = snapshot();

export const unsaved = () => snapshot() !== saved;
export const hasWords = () =>
  entries().some(([name, value]) => /^(title|body|prompt)/.test(name) && String(value).trim() !== "");

const place = () => `${prefix}${words.content || `new-${field("key").value}`}`;
const keep = () => {
  try {
    localStorage.setItem(place(), JSON.stringify({ revision: field("revision").value, data: snapshot(), at: Date.now() }));
  } catch {
    // No room, or none allowed: the server is the only place then.
  }
};
const drop = (name = place()) => {
  try {
    localStorage.removeItem(name);
  } catch {
    // See above.
  }
};

export const apply = (data) => {
  for (const element of form.elements) {
    if (!element.name || aside.has(element.name) || element.type === "hidden") continue;
    const values = data.filter(([name]) => name === element.name).map(([, value]) => value);
    if (element.type === "checkbox") element.checked = values.includes(element.value);
    else if (element.type !== "submit") element.value = values[0] ?? "";
  }
  form.dispatchEvent(new CustomEvent("filled"));
};
export const state = () => entries();

const box = (channel) => [...form.elements].find((each) => each.name === "channels" && each.value === channel);
const write = (name, value) => {
  if (field(name)) field(name).value = value;
};

// Takes over all that the server says.
const adopt = (told) => {
  write("title", told.title);
  write("body", told.body);
  for (const each of [...form.elements].filter(({ name }) => name === "channels")) {
    const own = told.own[each.value];
    each.checked = Boolean(own);
    if (own) fill(each.value, own);
  }
  form.dispatchEvent(new CustomEvent("filled"));
  saved = snapshot();
  accept(told);
};

const fill = (channel, own) => {
  field(`own-${channel}`).checked = own.customized;
  write(`title-${channel}`, own.title);
  write(`body-${channel}`, own.body);
};

// Takes over one text, where the server wrote it itself: "" is the shared one. What is typed elsewhere stays as it is.
export const take = (told, where) => {
  const pending = unsaved();
  if (where) fill(where, told.own[where]);
  else write("body", told.body);
  if (!where && !field("title").value) write("title", told.title);
  form.dispatchEvent(new CustomEvent("filled"));
  if (!pending) saved = snapshot();
  accept(told);
  changed();
};

const accept = (told) => {
  stuck = false;
  wait = 0;
  savedAt = new Date();
  field("revision").value = told.revision;
  if (!words.content) begin(told);
  if (unsaved()) keep();
  else drop();
  says("");
  tick();
  listeners.forEach((listener) => listener(told));
};

// The first save makes a draft of the page: from here on it has an address.
const begin = (told) => {
  drop();
  words.content = told.id;
  form.action = told.urls.save;
  history.replaceState(history.state, "", told.urls.page);
  const link = document.getElementById("history");
  link.href = told.urls.history;
  link.hidden = false;
  const write = document.getElementById("write");
  write.setAttribute("formaction", told.urls.write);
  words.media = told.urls.media;
  words.schedule = told.urls.schedule;
};

export const save = (options = {}) => {
  clearTimeout(timer);
  return (chain = chain.then(() => push(options)));
};

// `where` is the channel whose own text `variant` was put into; "" for the shared one.
const push = async ({ reason = "typed", variant = "", where = "", resolve = "", asked = false, empty = false }) => {
  const sent = snapshot();
  const begins = !words.content && (empty || (asked && hasWords()));
  if (sent === saved && !resolve && !begins) return true;
  if (!words.content && !hasWords() && !begins) return true;
  if (stuck && !resolve) return asked && !sheet.open ? void sheet.showModal() : false;
  keep();
  const body = new FormData(form);
  body.set("reason", reason);
  body.set("variant", variant);
  body.set("where", where);
  body.set("do", "save");
  if (resolve) body.set("resolve", resolve);
  says("");
  note.hidden = false;
  note.textContent = words.saving;
  let answer;
  try {
    // Browsers let a page that is leaving send no more than 64 kB.
    const keepalive = document.visibilityState === "hidden" && sent.length < 20000;
    answer = await fetch(form.action, { method: "POST", body, headers: { "X-Composer": "yes" }, redirect: "manual", keepalive });
  } catch {
    return later(words.offline);
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return later(words.loggedOut);
  if (answer.status >= 500 || answer.status === 429) return later(words.refused);
  if (answer.status === 409) return conflict(await answer.json());
  if (!answer.ok) return refused(answer);
  const told = await answer.json();
  if (resolve === "theirs") adopt(told);
  else saved = sent;
  accept(told);
  if (unsaved()) schedule();
  return true;
};

const later = (why) => {
  says(why);
  note.textContent = words.unsaved;
  wait = Math.min(wait ? wait * 2 : 2000, 30000);
  clearTimeout(timer);
  timer = setTimeout(save, wait);
  return false;
};

const refused = async (answer) => {
  note.textContent = words.unsaved;
  const told = answer.status === 422 ? await answer.json() : {};
  says([words.refused, ...Object.values(told.errors ?? {}).flat()].join(" "));
  return false;
};

const conflict = (told) => {
  stuck = true;
  says(words.conflict);
  note.textContent = words.unsaved;
  const inside = document.getElementById("conflict-place");
  inside.innerHTML = told.html;
  inside.onclick = (event) => {
    const choice = event.target.closest("[data-resolve]")?.dataset.resolve;
    if (!choice) return;
    event.preventDefault();
    if (choice === "both") both(told);
    form.dispatchEvent(new CustomEvent("filled"));
    sheet.close();
    save({ resolve: choice === "theirs" ? "theirs" : "mine" });
  };
  if (!sheet.open) sheet.showModal();
  return false;
};

// Each text that both have and that differs says both; one that only the other tab has is taken over.
const both = (told) => {
  const join = (name, theirs) => {
    const { value } = field(name);
    if (theirs.trim() && theirs !== value) write(name, value.trim() ? `${theirs}\n\n${value}` : theirs);
  };
  join("body", told.body);
  for (const [channel, own] of Object.entries(told.own)) {
    if (!own.customized) continue;
    if (field(`own-${channel}`).checked) join(`body-${channel}`, own.body);
    else fill(channel, own);
    box(channel).checked = true;
  }
};

const schedule = () => {
  clearTimeout(timer);
  timer = setTimeout(save, soon);
};

export const changed = () => {
  if (unsaved()) {
    if (words.content || hasWords()) keep();
    if (!stuck) schedule();
  } else {
    drop();
  }
};

const tick = () => {
  if (!savedAt || unsaved()) return;
  const seconds = Math.max(0, Math.round((Date.now() - savedAt) / 1000));
  const [template, n] =
    seconds < 4
      ? [words.savedNow, 0]
      : seconds < 60
        ? [words.savedSeconds, seconds]
        : seconds < 3600
          ? [words.savedMinutes, Math.floor(seconds / 60)]
          : [words.savedHours, Math.floor(seconds / 3600)];
  note.hidden = false;
  note.textContent = template.replace("[n]", n);
};

// What was typed last and never reached the server comes back, under the revision that it was typed on.
const restore = () => {
  if (!field("key").value) field("key").value = crypto.randomUUID();
  let name = place();
  let copy = null;
  try {
    if (!words.content) {
      const left = Object.keys(localStorage)
        .filter((key) => key.startsWith(`${prefix}new-`))
        .map((key) => [key, JSON.parse(localStorage.getItem(key))])
        .filter(([, stored]) => Date.now() - stored.at > 1500 || performance.getEntriesByType("navigation")[0]?.type === "reload")
        .sort(([, one], [, other]) => other.at - one.at);
      if (left.length) [name, copy] = left[0];
    } else {
      copy = JSON.parse(localStorage.getItem(name));
    }
  } catch {
    copy = null;
  }
  if (!copy || copy.data === saved) return drop(name);
  const before = state();
  if (!words.content) field("key").value = name.slice(`${prefix}new-`.length);
  field("revision").value = copy.revision;
  apply(JSON.parse(copy.data));
  const notice = document.getElementById("restored");
  notice.hidden = false;
  document.getElementById("forget").addEventListener("click", () => {
    apply(before);
    notice.hidden = true;
    save();
  });
  save();
};

addEventListener("online", () => save());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && unsaved()) save();
});
addEventListener("beforeunload", (event) => {
  if (unsaved() && (words.content || hasWords())) event.preventDefault();
});
setInterval(tick, 1000);
export const start = () => {
  restore();
  tick();
};

// Watches a text being written. Words go into the page as text, never as markup; how a version ended is told by the
// server, in the same HTML that a reload would show. `data-part` names what is written side by side.
const results = document.getElementById("results");
const status = document.getElementById("progress");
const stop = document.getElementById("stop");
const part = results.dataset.part ?? "variant";
const card = (index) => document.getElementById(`${part}-${index}`);
const say = (text) => {
  if (status.textContent !== text) status.textContent = text;
};

const source = new EventSource(results.dataset.events);
let spoken = status.textContent.trim();
let fetching = null;
let stale = false;

const begin = (place) => {
  if (place.dataset.status === "writing") return;
  place.dataset.status = "writing";
  place.querySelector(".variant-details").textContent = results.dataset.writing;
  say((spoken = results.dataset.writing));
};

const forget = (index, claim) => {
  card(index).dataset.claim = claim;
  card(index).querySelector("[data-text]").textContent = "";
};

source.addEventListener("token", (event) => {
  const { [part]: index, claim, text } = JSON.parse(event.data);
  const place = card(index);
  // A higher claim is another worker, which begins anew; a lower one has lost its right to write.
  if (claim < Number(place.dataset.claim ?? 0)) return;
  if (String(claim) !== place.dataset.claim) forget(index, claim);
  begin(place);
  place.querySelector("[data-text]").append(text);
});

source.addEventListener("progress", (event) => {
  const { [part]: index, claim, state, body } = JSON.parse(event.data);
  if (state === "restarted") return forget(index, claim);
  const place = card(index);
  if (state === "writing") return begin(place);
  place.dataset.status = state;
  if (body) place.querySelector("[data-text]").textContent = body;
  refresh();
});

source.addEventListener("done", () => end());

// One name for two things: the server's own "error" carries data, a lost connection does not.
source.addEventListener("error", (event) => {
  if (event.data) end();
  else if (source.readyState === EventSource.CLOSED) say(results.dataset.lost);
  else say(results.dataset.reconnecting);
});

source.addEventListener("open", () => say(spoken));

const end = async () => {
  source.close();
  removeEventListener("keydown", escape);
  await refresh();
  const held = stop?.contains(document.activeElement);
  stop?.remove();
  if (held) document.querySelector(results.dataset.rest ?? ".variant").focus();
};

// Takes over what the server shows now. Whatever asks while it does so is answered by one more round.
const refresh = () => {
  stale = true;
  return (fetching ??= (async () => {
    while (stale) {
      stale = false;
      await load();
    }
    fetching = null;
  })());
};

const load = async () => {
  let page;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return say(results.dataset.lost);
  }
  for (const fresh of page.querySelectorAll(".variant")) {
    const shown = document.getElementById(fresh.id);
    if (["queued", "writing"].includes(fresh.dataset.status)) continue;
    if (shown.innerHTML !== fresh.innerHTML) swap(shown, fresh);
  }
  for (const id of ["why", "quota", "send"]) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
  }
  spoken = page.getElementById("progress").textContent.trim();
  say(spoken);
};

// Focus that was inside stays at the same card.
const swap = (shown, fresh) => {
  const held = shown.contains(document.activeElement);
  const card = document.adoptNode(fresh);
  shown.replaceWith(card);
  if (held) card.focus();
};

const escape = (event) => {
  if (event.key !== "Escape" || event.isComposing || document.querySelector(":popover-open")) return;
  stop?.requestSubmit();
};

addEventListener("keydown", escape);

stop?.addEventListener("submit", async (event) => {
  event.preventDefault();
  stop.querySelector("button").setAttribute("aria-busy", "true");
  say(results.dataset.stopping);
  const answer = await fetch(stop.action, { method: "POST", body: new FormData(stop), redirect: "manual" });
  if (answer.type !== "opaqueredirect") location.reload();
});

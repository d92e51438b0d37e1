// Watches the AI team at work. An event is only a nudge: what is shown is what the server shows on a reload.
const run = document.getElementById("run");
const status = document.getElementById("progress");
const LIVE = ["actions", "outcome", "stages", "aside", "quota"];
const say = (text) => {
  if (status.textContent !== text) status.textContent = text;
};

const source = new EventSource(run.dataset.events);
let spoken = status.textContent.trim();
let fetching = null;
let stale = false;

source.addEventListener("progress", () => refresh());

source.addEventListener("done", () => {
  source.close();
  refresh();
});

source.addEventListener("error", (event) => {
  // One name for two things: the server's own "error" carries data, a lost connection does not.
  if (event.data) return;
  say(source.readyState === EventSource.CLOSED ? run.dataset.lost : run.dataset.reconnecting);
});

source.addEventListener("open", () => say(spoken));

// Whatever asks while a page is being fetched is answered by one more round.
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
    return say(run.dataset.lost);
  }
  for (const id of LIVE) swap(document.getElementById(id), page.getElementById(id));
  spoken = page.getElementById("progress").textContent.trim();
  say(spoken);
};

// What the reader opened stays open, and focus stays where it was.
const swap = (shown, fresh) => {
  if (!shown || !fresh) return;
  for (const open of shown.querySelectorAll("details[open]")) {
    const same = fresh.querySelector(`#${CSS.escape(open.id)}`);
    if (same) same.open = true;
  }
  if (shown.innerHTML === fresh.innerHTML) return;
  const held = shown.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : null;
  shown.replaceWith(document.adoptNode(fresh));
  if (!held) return;
  const place = document.getElementById(held);
  const again = place?.querySelector("summary, a, button") ?? place;
  again?.focus();
};

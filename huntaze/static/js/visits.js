// Tells which page and which of its posts were seen. No cookie is set or looked at, and nothing is read of the device.
// Whoever asks not to be tracked is not counted at all.
const MOST = 20;
const SEEN_AFTER_MS = 1000;
// Posts that are seen one after the other are told together.
const TOLD_AFTER_MS = 5000;

const page = document.querySelector("[data-visit-page]");
const refused = navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";

if (page && !refused) begin();

function begin() {
  const waiting = new Set();
  const told = new Set();
  let soon = null;

  function tell(more = {}) {
    clearTimeout(soon);
    soon = null;
    const posts = [...waiting].slice(0, MOST - 1);
    posts.forEach((post) => waiting.delete(post));
    if (posts.length || more.view || more.links) send({ posts, ...more });
  }

  function see(post) {
    if (told.has(post)) return;
    told.add(post);
    waiting.add(post);
    if (waiting.size >= MOST - 1) tell();
    else soon ??= setTimeout(() => tell(), TOLD_AFTER_MS);
  }

  // A page that is loaded ahead is seen when it is shown.
  whenVisible(() => tell({ view: true, from: source() }));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tell());
  addEventListener("pagehide", () => tell());
  watch(document.querySelectorAll("[data-visit-post]"), (post) => see(post.dataset.visitPost));
}

function send(body) {
  // It is sent also when the page is left; whatever becomes of it, the visitor is told nothing.
  navigator.sendBeacon("/collect", JSON.stringify({ page: page.dataset.visitPage, ...body }));
}

function source() {
  try {
    return new URL(document.referrer).hostname;
  } catch {
    return "";
  }
}

function whenVisible(act) {
  if (document.visibilityState === "visible") act();
  else document.addEventListener("visibilitychange", () => act(), { once: true });
}

function watch(elements, act) {
  const timers = new Map();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(timers.get(target));
        if (isIntersecting) timers.set(target, setTimeout(() => act(target), SEEN_AFTER_MS));
      }
    },
    // Half of a short post, or half of the screen for a long one.
    { rootMargin: "-25% 0px -25% 0px" },
  );
  elements.forEach((element) => observer.observe(element));
}

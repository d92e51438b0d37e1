// An answer being written: the page follows it while the reader is at the end, and it is read out once it is whole.
const results = document.getElementById("results");
const spoken = document.getElementById("spoken");
const last = () => results.querySelector(".turn:last-of-type");
const NEAR = 160;

const atEnd = () => innerHeight + scrollY > document.documentElement.scrollHeight - NEAR;
let follows = true;

addEventListener("scroll", () => (follows = atEnd()), { passive: true });

const watch = new MutationObserver(() => {
  const turn = last();
  if (follows) scrollTo({ top: document.documentElement.scrollHeight });
  if (["queued", "writing"].includes(turn.dataset.status) || document.getElementById("stop")) return;
  spoken.textContent = ["[data-text]", ".variant-note"].map((part) => turn.querySelector(part)?.textContent ?? "").join(" ");
  watch.disconnect();
});

watch.observe(document.getElementById("main"), {
  attributes: true,
  attributeFilter: ["data-status"],
  characterData: true,
  childList: true,
  subtree: true,
});

// Shortcuts of a single key. Who has them off (`data-shortcuts`), types, or is in a dialog is left alone.
const app = document.getElementById("app");
const TYPED = "input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox]";
let leader = 0;

const pressable = (event) =>
  app.dataset.shortcuts === "on" &&
  !event.defaultPrevented &&
  !event.ctrlKey &&
  !event.metaKey &&
  !event.altKey &&
  !event.isComposing &&
  !event.repeat &&
  !event.target.closest?.(TYPED) &&
  !document.querySelector("dialog[open], :popover-open");

document.addEventListener("keydown", (event) => {
  if (!pressable(event)) return;
  const key = event.key.toLowerCase();
  if (Date.now() - leader < 1500) {
    leader = 0;
    const link = /^[a-z]$/.test(key) && document.querySelector(`.sidebar [data-key="${key}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  const act = { g: () => (leader = Date.now()), c: () => document.getElementById("create").click(), "?": sheet, "/": search, "[": fold }[key];
  if (!act) return;
  event.preventDefault();
  act();
});

const sheet = () => document.getElementById("open-shortcuts").click();
const fold = () => document.getElementById("fold").click();

// The page's own search box, else the palette.
const search = () => {
  const own = document.querySelector("main input[type=search]");
  if (own) own.focus();
  else document.querySelector("[data-palette]")?.click();
};

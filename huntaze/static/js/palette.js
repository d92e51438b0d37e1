// The command palette: Ctrl or ⌘ with K. The server answers with the lines; focus stays in the box, and the arrows move
// the choice, as a combobox does.
const palette = document.getElementById("palette");
const box = document.getElementById("palette-box");
const list = document.getElementById("palette-list");
const status = document.getElementById("palette-status");
const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
let chosen = null;
// What is listed does not answer what was typed yet; Enter waits for what does.
let stale = true;
let eager = false;

const choose = (option) => {
  chosen?.setAttribute("aria-selected", "false");
  chosen = option ?? null;
  chosen?.setAttribute("aria-selected", "true");
  if (chosen) box.setAttribute("aria-activedescendant", chosen.id);
  else box.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
};

const open = () => {
  if (palette.open) return palette.close();
  for (const other of document.querySelectorAll(":popover-open")) other.hidePopover();
  box.value = "";
  stale = true;
  eager = false;
  palette.showModal();
  box.focus();
  box.dispatchEvent(new CustomEvent("opened"));
};

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  // In another dialog, the palette would lie above work that is not finished.
  if (document.querySelector("dialog:modal:not(#palette)")) return;
  event.preventDefault();
  open();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette]")) open();
});

palette.addEventListener("click", (event) => {
  if (event.target === palette) return palette.close();
  const option = event.target.closest("[data-presses]");
  if (!option) return;
  palette.close();
  document.getElementById(option.dataset.presses)?.click();
});

list.addEventListener("pointermove", (event) => {
  const option = event.target.closest("[role=option]:not([aria-disabled])");
  if (option && option !== chosen) choose(option);
});

box.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const all = options();
  const at = all.indexOf(chosen);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 6, all.length - 1), PageUp: Math.max(at - 6, 0) }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    choose(all.at(to % all.length));
  } else if (event.key === "Enter" && stale) {
    event.preventDefault();
    eager = true;
  } else if (event.key === "Enter" && chosen) {
    event.preventDefault();
    if ((event.ctrlKey || event.metaKey) && chosen.href) window.open(chosen.href, "_blank", "noopener");
    else chosen.click();
  }
});

box.addEventListener("input", () => {
  stale = true;
  eager = false;
});

// The same event for every answer of htmx: only those of the box are ours.
list.addEventListener("htmx:afterSwap", () => {
  const told = list.querySelector("[data-told]");
  stale = told?.dataset.for !== box.value;
  choose(options()[0]);
  if (eager && !stale && palette.open) chosen?.click();
  eager &&= stale;
  status.textContent = told?.dataset.told ?? "";
});

// Dialogs, drawers, menus and tabs. The browser opens, traps and closes; this adds what it leaves out: an opener anywhere
// (`data-opens="id"`), a click beside a dialog, arrow keys, and the place of a menu.
const FIELDS = "input:not([type=hidden]), select, textarea";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    const dialog = document.getElementById(opener.dataset.opens);
    opener.closest("[popover]")?.hidePopover();
    // A dialog gives focus back to what had it, so the opener takes it first: Safari does not focus a clicked button.
    opener.focus();
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("[autofocus]") ?? dialog.querySelector(`[data-dialog-body] :is(${FIELDS})`))?.focus();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
});

// A click beside a dialog closes it; one that began inside, while text was selected, does not.
let pressed = null;
const outside = (dialog, event) => {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
};

document.addEventListener("pointerdown", (event) => {
  pressed = event.target instanceof HTMLDialogElement && outside(event.target, event) ? event.target : null;
});

document.addEventListener("pointerup", (event) => {
  if (pressed && event.target === pressed && outside(pressed, event)) pressed.close();
  pressed = null;
});

const opener = (panel) => document.querySelector(`[popovertarget="${CSS.escape(panel.id)}"]`);
const items = (menu) => [...menu.querySelectorAll("[role^=menuitem]:not(:disabled, [aria-disabled=true])")];

const place = (panel, anchor) => {
  const from = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const below = innerHeight - from.bottom - 8 >= height || from.top < height;
  const left = from.left + width > innerWidth - 8 ? from.right - width : from.left;
  panel.style.left = `${Math.max(8, left)}px`;
  panel.style.top = `${Math.max(8, below ? from.bottom + 4 : from.top - height - 4)}px`;
};

document.addEventListener(
  "toggle",
  (event) => {
    const panel = event.target;
    if (!panel.matches?.("[popover]")) return;
    const anchor = opener(panel);
    const open = event.newState === "open";
    anchor?.setAttribute("aria-expanded", String(open));
    if (open && anchor && panel.matches("[data-menu], [data-placed]")) place(panel, anchor);
    if (open) panel.dispatchEvent(new CustomEvent("opened"));
    if (open && panel.matches("[data-menu]")) items(panel)[0]?.focus();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest("[data-menu]");
  if (menu) move(event, menu);
  else if (event.target.matches("[aria-haspopup=menu]") && event.key === "ArrowDown") {
    event.preventDefault();
    event.target.click();
  }
});

const move = (event, menu) => {
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    all.at(to % all.length)?.focus();
  } else if (event.key === "Tab") {
    menu.hidePopover();
  } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
    const wanted = event.key.toLowerCase();
    [...all.slice(at + 1), ...all].find((item) => item.textContent.trim().toLowerCase().startsWith(wanted))?.focus();
  }
};

// A chosen item closes its menu, and focus goes back to where it came from.
document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-menu] [role=menuitem]");
  if (item && !item.dataset.opens) item.closest("[data-menu]").hidePopover();
});

const select = (tab) => {
  for (const each of tab.closest("[data-tabs]").querySelectorAll("[role=tab]")) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    document.getElementById(each.getAttribute("aria-controls")).hidden = !chosen;
  }
};

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tabs] [role=tab]");
  if (tab) select(tab);
});

document.addEventListener("keydown", (event) => {
  const list = event.target.closest("[data-tabs]");
  if (!list) return;
  const tabs = [...list.querySelectorAll("[role=tab]:not(:disabled)")];
  const at = tabs.indexOf(event.target);
  const forward = getComputedStyle(list).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
  const to = { [forward]: at + 1, [back]: at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = tabs.at(to % tabs.length);
  next.focus();
  select(next);
});

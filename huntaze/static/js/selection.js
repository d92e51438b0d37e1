// Choosing many in a list, by mouse and keyboard: a click with Shift takes all in between, Ctrl+A all that is shown,
// Escape none. `page` carries `data-choosing` while something is chosen; `bulk` is the form that says what to do with it.
export const selection = (page, list, bulk, selector) => {
  const count = bulk.querySelector("[data-count]");
  const checks = () => [...list.querySelectorAll(selector)];
  let last = null;

  const tell = () => {
    const chosen = checks().filter((check) => check.checked).length;
    count.textContent = chosen === 1 ? count.dataset.one : count.dataset.many.replace("#", chosen);
    page.toggleAttribute("data-choosing", chosen > 0);
  };
  const choose = (which) => {
    for (const check of checks()) check.checked = which(check);
    tell();
  };

  list.addEventListener("click", (event) => {
    const check = event.target.closest(selector);
    if (!check) return;
    const all = checks();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(check)].sort((one, other) => one - other);
      for (const each of all.slice(from, to + 1)) each.checked = check.checked;
    }
    last = check;
    tell();
  });
  list.addEventListener("htmx:afterSettle", tell);
  bulk.querySelector("[data-unselect]").addEventListener("click", () => choose(() => false));
  bulk.querySelector("[data-select-all]")?.addEventListener("click", () => choose(() => true));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
    if (typing || document.querySelector("dialog[open], :popover-open")) return;
    if (event.key === "Escape" && page.hasAttribute("data-choosing")) choose(() => false);
    if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      choose(() => true);
    }
  });
  tell();
  addEventListener("pageshow", tell);
};

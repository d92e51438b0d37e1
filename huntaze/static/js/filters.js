// Filters of a list act at once; a search begins when nobody types any more, and the cursor stays in its box.
const page = document.querySelector("[data-filtered]");

for (const field of page?.querySelectorAll("[data-submits]") ?? []) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

const search = page?.querySelector("[data-searches]");
const FOCUS = `search ${location.pathname}`;
let waiting;
search?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    sessionStorage.setItem(FOCUS, "yes");
    search.form.requestSubmit();
  }, 450);
});
if (search && sessionStorage.getItem(FOCUS)) {
  sessionStorage.removeItem(FOCUS);
  search.focus();
  search.setSelectionRange(search.value.length, search.value.length);
}

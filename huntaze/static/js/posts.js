// The list of posts: filters act at once, what is chosen is chosen by mouse and keyboard.
import { selection } from "./selection.js";

const page = document.querySelector("[data-shelf]");
const list = page.querySelector("[data-rows]");
const bulk = document.getElementById("bulk");

for (const field of page.querySelectorAll("[data-submits]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

// A search begins when nobody types any more; the cursor stays in its box.
const search = document.getElementById("posts-q");
const FOCUS = "posts-search";
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

if (list && bulk) selection(page, list, bulk, "[data-pick-row]");

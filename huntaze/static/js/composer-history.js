// The history in a sheet: compare, and go back.
import { form, save } from "./composer-save.js";

const sheet = document.getElementById("history-sheet");
const place = document.getElementById("history-place");
const link = document.getElementById("history");

const load = async (url) => {
  const answer = await fetch(url, { headers: { "X-Composer": "yes" } });
  if (!answer.ok) return location.assign(url);
  place.innerHTML = await answer.text();
  place.querySelector("[data-restore] button")?.focus();
};

export const start = () => {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await save();
    await load(link.href);
    sheet.showModal();
  });
  place.addEventListener("click", (event) => {
    const version = event.target.closest("[data-version]");
    if (!version || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    load(version.href);
  });
  place.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-restore]")) return;
    event.preventDefault();
    if (!(await save())) return;
    await fetch(event.target.action, { method: "POST", body: new FormData(event.target), redirect: "manual" });
    // The channels' own texts come back too: the whole page is drawn anew.
    form.dataset.leaving = "yes";
    location.reload();
  });
};

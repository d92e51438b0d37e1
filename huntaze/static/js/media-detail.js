// One file: have alternative text proposed, and see it before it is kept.
import { ask, words } from "./media-upload.js";

const button = document.querySelector("[data-propose]");
const field = document.getElementById("id_alt_text");
const proposed = document.getElementById("id_proposed");
const note = document.querySelector("[data-proposal-note]");

button?.addEventListener("click", async () => {
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  note.textContent = words().proposing;
  try {
    const told = await ask(button.dataset.propose, {});
    field.value = told.text;
    proposed.value = told.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    note.textContent = told.told;
    field.focus();
  } catch (error) {
    note.textContent = [error.message, error.advice].filter(Boolean).join(". ");
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
});

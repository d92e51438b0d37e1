// The name of the page: said to be free or not while it is typed, a suggestion taken with one click.
const field = document.querySelector("[data-handle]");
const verdict = document.querySelector("[data-handle-verdict]");
let timer;
let asked = 0;

const check = async () => {
  const number = ++asked;
  const value = field.value.trim();
  if (!value) return (verdict.textContent = "");
  const address = `${verdict.dataset.handleVerdict}?${new URLSearchParams({ handle: value })}`;
  try {
    const answer = await (await fetch(address, { headers: { Accept: "application/json" } })).json();
    // An answer that comes after a newer question is about something else.
    if (number !== asked) return;
    verdict.textContent = answer.words;
    verdict.dataset.free = answer.free;
  } catch {
    if (number === asked) verdict.textContent = "";
  }
};

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(check, 250);
});

document.querySelector("[data-handle-suggestion]")?.addEventListener("click", (event) => {
  field.value = event.currentTarget.dataset.handleSuggestion;
  field.focus();
  check();
});

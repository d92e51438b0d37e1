// The question: Enter sends it, Shift and Enter begin a new line. On a phone, whose keyboard has no Shift to hold, Enter
// begins a new line and the button sends.
const form = document.querySelector("[data-ask]");
const question = form?.querySelector("[data-question]");
const typed = matchMedia("(pointer: fine)").matches;

question?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (!typed && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const send = form.querySelector("button[type=submit]");
  if (question.value.trim() && !send.disabled) form.requestSubmit(send);
});

// After the browser has gone to the turn that the address names, which takes the focus along.
if (question && typed) addEventListener("load", () => requestAnimationFrame(() => question.focus({ preventScroll: true })));

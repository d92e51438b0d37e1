// An invoice is paid on a page of the payment provider's, which does not lead back: who returns to this tab sees how it went.
const back = document.querySelector("[data-back]")?.dataset.back;

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-leaves]") || !back) return;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") location.assign(back);
  });
});

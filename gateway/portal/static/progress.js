// Looks again at a running job every two seconds and puts its news into the page.
// Without JavaScript the page reloads itself instead (see components/page.html).
(function () {
  "use strict";
  var box = document.querySelector("[data-progress=moving]");
  if (!box || !window.fetch) { return; }
  function look() {
    fetch(window.location.href, { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(); })
      .then(function (html) {
        var news = new DOMParser().parseFromString(html, "text/html").querySelector("[data-progress]");
        if (!news) { window.location.reload(); return; }
        box.replaceChildren.apply(box, Array.from(news.childNodes));
        box.dataset.progress = news.dataset.progress;
        if (news.dataset.progress === "moving") { window.setTimeout(look, 2000); }
      })
      .catch(function () { window.setTimeout(look, 10000); });
  }
  window.setTimeout(look, 2000);
})();

// While a post is written, asks the rules about what stands in the form and shows what they say.
// Without JavaScript the button "Check the rules first" does the same.
(function () {
  "use strict";
  var form = document.querySelector("form[data-check]");
  var box = document.getElementById("findings");
  if (!form || !box || !window.fetch) { return; }
  var waiting = 0, asked = 0;
  function check() {
    var mine = ++asked, answers = new FormData(form);
    answers.delete("_do");
    answers.append("_do", "check");
    fetch(form.getAttribute("action"), { method: "POST", body: answers, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(); })
      .then(function (html) {
        var news = new DOMParser().parseFromString(html, "text/html").getElementById("findings");
        if (news && mine === asked) { box.replaceChildren.apply(box, Array.from(news.childNodes)); }
      })
      .catch(function () { /* half an answer is no fault yet: it is said when the form is sent */ });
  }
  form.addEventListener("change", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(check, 500);
  });
})();

// Makes the drawn charts of a page answer the pointer, once they come into view.
"use strict";
(() => {
  let library;
  const load = (address) => {
    library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  };
  const enliven = async (figure) => {
    try {
      const [answer] = await Promise.all([fetch(figure.dataset.chart), load(figure.dataset.library)]);
      const spec = await answer.json();
      const picture = figure.querySelector("picture");
      const place = document.createElement("div");
      place.className = "chart-live";
      place.setAttribute("role", "img");
      place.setAttribute("aria-label", picture.querySelector("img").alt);
      picture.after(place);
      spec.width = "container";
      await window.vegaEmbed(place, spec, {
        actions: false, ast: true, renderer: "svg", defaultStyle: false,
        tooltip: { disableDefaultStyle: true },
      });
      picture.remove();
    } catch (error) {
      figure.querySelector(".chart-live")?.remove();
      console.warn("The drawn chart stays.", error);
    }
  };
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        seen.unobserve(entry.target);
        enliven(entry.target);
      }
    }
  });
  document.querySelectorAll("figure[data-chart]").forEach((figure) => seen.observe(figure));
})();

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
    let drawn = [];
    try {
      const [answer] = await Promise.all([fetch(figure.dataset.chart), load(figure.dataset.library)]);
      const spec = await answer.json();
      const picture = figure.querySelector("picture");
      const { height } = picture.querySelector("img").getBoundingClientRect();
      const place = document.createElement("div");
      place.className = "chart-live";
      place.setAttribute("role", "img");
      place.setAttribute("aria-label", picture.querySelector("img").alt);
      // As high as the picture: what stands below keeps its place.
      place.style.height = `${height}px`;
      picture.replaceWith(place);
      drawn = [place, picture];
      spec.width = "container";
      spec.height = Math.floor(height);
      await window.vegaEmbed(place, spec, {
        actions: false, ast: true, renderer: "svg", defaultStyle: false,
        tooltip: { disableDefaultStyle: true },
      });
    } catch (error) {
      drawn[0]?.replaceWith(drawn[1]);
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

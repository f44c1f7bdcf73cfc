/// The script of static pages: a line and the figures under the pointer or behind the arrow keys. Pages are whole
/// without it: it reads the figures from the table below each chart.
enum PageScript {
    static let text = #"""
        "use strict";
        for (const plot of document.querySelectorAll(".plot[data-x]")) {
          const figure = plot.closest("figure"), table = figure.querySelector("details table");
          if (!table) continue;
          const places = plot.dataset.x.split("|").map(list => list.split(" ").map(Number));
          const heads = [...table.tHead.rows[0].cells].map(cell => cell.textContent);
          const rows = [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent));
          const tip = document.createElement("div");
          tip.className = "tip";
          tip.hidden = true;
          tip.setAttribute("role", "status");
          plot.append(tip);
          plot.tabIndex = 0;
          plot.setAttribute("role", "group");
          plot.setAttribute("aria-label", figure.querySelector("h3").textContent);
          let at = -1;
          const drawing = () => {
            const all = [...plot.querySelectorAll("svg")];
            const index = all.findIndex(svg => svg.getClientRects().length > 0);
            return index < 0 ? null : { svg: all[index], xs: places[Math.min(index, places.length - 1)] };
          };
          const cross = svg => {
            let line = svg.querySelector(".cross");
            if (!line) {
              line = document.createElementNS("http://www.w3.org/2000/svg", "line");
              line.setAttribute("class", "cross");
              svg.append(line);
            }
            return line;
          };
          const hide = () => {
            at = -1;
            tip.hidden = true;
            for (const line of plot.querySelectorAll(".cross")) line.remove();
          };
          const show = index => {
            const now = drawing();
            if (!now || !rows[index]) return;
            at = index;
            const box = now.svg.viewBox.baseVal, x = now.xs[index], line = cross(now.svg);
            line.setAttribute("x1", x);
            line.setAttribute("x2", x);
            line.setAttribute("y1", box.y);
            line.setAttribute("y2", box.y + box.height - 14);
            const values = rows[index].slice(1).map((value, column) =>
              rows[index].length > 2 ? heads[column + 1] + ": " + value : value);
            tip.textContent = [rows[index][0], ...values].join("\n");
            tip.hidden = false;
            const width = plot.clientWidth, half = tip.offsetWidth / 2;
            tip.style.left = Math.min(Math.max((x - box.x) / box.width * width, half), width - half) + "px";
          };
          const nearest = event => {
            const now = drawing();
            if (!now) return;
            const bounds = now.svg.getBoundingClientRect(), box = now.svg.viewBox.baseVal;
            const x = box.x + (event.clientX - bounds.left) / bounds.width * box.width;
            let best = 0;
            now.xs.forEach((place, index) => {
              if (Math.abs(place - x) < Math.abs(now.xs[best] - x)) best = index;
            });
            show(best);
          };
          plot.addEventListener("pointermove", nearest);
          plot.addEventListener("pointerdown", nearest);
          plot.addEventListener("pointerleave", hide);
          plot.addEventListener("blur", hide);
          plot.addEventListener("keydown", event => {
            const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
            const backward = document.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
            const last = rows.length - 1;
            const next = { [forward]: at + 1, [backward]: at < 0 ? last : at - 1, Home: 0, End: last }[event.key];
            if (event.key === "Escape") hide();
            if (next === undefined) return;
            event.preventDefault();
            show(Math.min(Math.max(next, 0), last));
          });
        }
        """#
}

(function () {
  "use strict";
  var doc = document;
  doc.documentElement.classList.add("js");
  doc.querySelectorAll(".scripted").forEach(function (e) { e.hidden = false; });

  // passports: a number opens its own, the list stays the place without scripts
  var dialog = doc.getElementById("passport");
  function slug(id) { return "p-" + id.replace(/[^A-Za-z0-9_.-]+/g, "-"); }
  doc.addEventListener("click", function (event) {
    var number = event.target.closest("[data-p]");
    if (!number || !dialog.showModal) return;
    var entry = doc.getElementById(slug(number.getAttribute("data-p")));
    var row = (entry || number).closest("tr");
    if (!entry && !row) return;
    event.preventDefault();
    var family = entry && entry.parentNode.previousElementSibling;
    dialog.querySelector(".body").innerHTML = (family && !row ? family.outerHTML : "") + (row ? Array.prototype.map.call(row.cells, function (c) { return "<p>" + c.innerHTML + "</p>"; }).join("") : entry.innerHTML);
    dialog.showModal();
  });
  dialog.addEventListener("click", function (event) {
    if (event.target.closest("a.m")) dialog.close();
  });
  function openTarget() {
    var target = location.hash && doc.getElementById(decodeURIComponent(location.hash.slice(1)));
    var shut = target && target.closest("details:not([open])");
    if (shut) { shut.open = true; target.scrollIntoView(); }
  }
  addEventListener("hashchange", openTarget);
  openTarget();
  doc.querySelectorAll(".print").forEach(function (b) { b.addEventListener("click", function () { print(); }); });

  // charts to take away
  function visible(id) {
    var all = doc.querySelectorAll("#" + CSS.escape(id) + " .wide svg, #" + CSS.escape(id) + " .narrow svg");
    return Array.prototype.filter.call(all, function (s) { return s.getBoundingClientRect().width > 0; })[0] || all[0];
  }
  function save(url, name) {
    var a = doc.createElement("a");
    a.href = url; a.download = name; doc.body.appendChild(a); a.click(); a.remove();
  }
  function source(id) { return new XMLSerializer().serializeToString(visible(id)); }
  doc.querySelectorAll("[data-svg]").forEach(function (b) {
    b.addEventListener("click", function () {
      var id = b.getAttribute("data-svg");
      save(URL.createObjectURL(new Blob([source(id)], { type: "image/svg+xml" })), id + ".svg");
    });
  });
  doc.querySelectorAll("[data-png]").forEach(function (b) {
    b.addEventListener("click", function () {
      var id = b.getAttribute("data-png"), box = visible(id).viewBox.baseVal, image = new Image();
      image.onload = function () {
        var canvas = doc.createElement("canvas"), g = canvas.getContext("2d");
        canvas.width = box.width * 2; canvas.height = box.height * 2;
        g.fillStyle = "#FAF8F4"; g.fillRect(0, 0, canvas.width, canvas.height);
        g.drawImage(image, 0, 0, canvas.width, canvas.height);
        save(canvas.toDataURL("image/png"), id + ".png");
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(source(id));
    });
  });

  // ask the worlds
  var store = doc.getElementById("worlds"), panel = doc.getElementById("ask-panel");
  if (!store || !panel) return;
  var D = JSON.parse(store.textContent), N = D.worlds, T = D.text;
  var language = D.lang === "es" ? "es-CO" : "en-GB";
  function bytes(text) {
    var raw = atob(text), out = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }
  var vars = D.variables.map(function (v) {
    var raw = bytes(v.data), classes = v.labels.length > 0, values = new Float32Array(N), i;
    if (classes) for (i = 0; i < N; i++) values[i] = raw[i] === 255 ? NaN : raw[i];
    else for (i = 0; i < N; i++) {
      var code = raw[2 * i] | (raw[2 * i + 1] << 8);
      values[i] = code === 65535 ? NaN : v.low + (v.high - v.low) * code / 65534;
    }
    return { d: v, classes: classes, values: values, keep: null, from: null, to: null, parts: {} };
  });
  function number(x, digits, unit, plus) {
    if (!isFinite(x)) return "–";
    var s = x.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: plus ? "exceptZero" : "auto" });
    return s.replace("-", "−") + (unit ? " " + unit : "");
  }
  function percent(p) {
    if (p > 0 && p < 0.01) return "<" + number(1, 0, "%");
    if (p < 1 && p > 0.99) return ">" + number(99, 0, "%");
    return number(100 * p, 0, "%");
  }
  function el(name, attributes, children) {
    var e = doc.createElement(name);
    for (var k in attributes || {}) if (k === "text") e.textContent = attributes[k]; else e.setAttribute(k, attributes[k]);
    (children || []).forEach(function (c) { e.appendChild(c); });
    return e;
  }
  var BINS = 28;
  function build(v, at) {
    var box = el("fieldset", {}, [el("legend", { text: v.d.title })]);
    if (v.classes) {
      // A long list begins with the likeliest; what hardly happens is folded away.
      var counts = v.d.labels.map(function (_, k) { return v.values.filter(function (x) { return x === k; }).length; });
      var order = counts.map(function (_, k) { return k; }), long = order.length > 8;
      if (long) order.sort(function (a, b) { return counts[b] - counts[a]; });
      var rare = order.filter(function (k) { return long && counts[k] < 0.01 * N; });
      var fold = rare.length > 1 ? el("details", {}, [el("summary", { text: T.rare.replace("{n}", rare.length) })]) : null;
      v.parts.rows = [];
      order.forEach(function (k) {
        var label = v.d.labels[k];
        var input = el("input", { type: "checkbox", id: "q" + at + "-" + k }); input.checked = true;
        var bar = el("i"), mark = el("b"), said = el("span", { class: "v" });
        (fold && rare.indexOf(k) >= 0 ? fold : box).appendChild(el("label", { for: "q" + at + "-" + k }, [input, el("span", { text: label }), said, el("span", { class: "track" }, [bar, mark])]));
        input.addEventListener("change", function () {
          v.keep = v.parts.rows.every(function (r) { return r.input.checked; }) ? null : v.parts.rows.map(function (r) { return r.input.checked; });
          update();
        });
        v.parts.rows[k] = { input: input, bar: bar, mark: mark, said: said };
      });
      if (fold) box.appendChild(fold);
    } else {
      var ns = "http://www.w3.org/2000/svg", svg = doc.createElementNS(ns, "svg");
      svg.setAttribute("class", "hist"); svg.setAttribute("viewBox", "0 0 280 64"); svg.setAttribute("preserveAspectRatio", "none"); svg.setAttribute("aria-hidden", "true");
      v.parts.back = []; v.parts.front = [];
      for (var b = 0; b < BINS; b++) ["back", "front"].forEach(function (which) {
        var r = doc.createElementNS(ns, "rect");
        r.setAttribute("x", b * 10 + (which === "back" ? 0 : 2)); r.setAttribute("width", which === "back" ? 9.4 : 5.4);
        r.setAttribute("fill", which === "back" ? "#D8D3C8" : "#A3195B"); v.parts[which].push(r); svg.appendChild(r);
      });
      v.parts.said = el("p", { class: "said" });
      box.appendChild(svg); box.appendChild(v.parts.said);
      var step = Math.pow(10, -v.d.digits), ends = el("div", { class: "ends" });
      v.parts.inputs = ["from", "to"].map(function (end) {
        var shown = end === "from" ? Math.floor(v.d.low / step) * step : Math.ceil(v.d.high / step) * step;
        var input = el("input", { type: "number", step: step, placeholder: shown.toFixed(v.d.digits) });
        input.addEventListener("input", function () { v[end] = input.value === "" ? null : parseFloat(input.value); update(); });
        ends.appendChild(el("label", {}, [el("span", { text: T[end] + (v.d.unit ? " (" + v.d.unit + ")" : "") }), input]));
        return input;
      });
      box.appendChild(ends);
    }
    v.parts.box = box;
    return box;
  }
  var kept = el("strong", { "aria-live": "polite" }), few = el("span", { class: "few" }), reset = el("button", { type: "button", text: T.reset });
  var grid = el("div", { class: "grid" }), command = el("pre"), commandLabel = el("p", { class: "note", text: T.command });
  var stage = "";
  vars.forEach(function (v, k) {
    if (v.d.stage !== stage) { stage = v.d.stage; grid.appendChild(el("h3", { class: "stage", text: D.stages[stage] })); }
    grid.appendChild(build(v, k));
  });
  reset.addEventListener("click", function () {
    vars.forEach(function (v) {
      v.keep = v.from = v.to = null;
      if (v.classes) v.parts.rows.forEach(function (r) { r.input.checked = true; }); else v.parts.inputs.forEach(function (i) { i.value = ""; });
    });
    update();
  });
  panel.appendChild(el("div", { class: "bar" }, [kept, few, reset]));
  panel.appendChild(grid); panel.appendChild(commandLabel); panel.appendChild(command);
  panel.hidden = false;

  function passes(v, i) {
    var x = v.values[i];
    if (v.keep) return x === x && v.keep[x];
    if (v.from !== null && !(x >= v.from)) return false;
    if (v.to !== null && !(x <= v.to)) return false;
    return true;
  }
  function tally(v, mask, enough) {
    var bins = v.classes ? v.d.labels.length : BINS, count = new Array(bins).fill(0), n = 0, list = [];
    var span = v.d.high - v.d.low || 1;
    for (var i = 0; i < N; i++) {
      if (mask && !mask[i]) continue;
      var x = v.values[i];
      if (x !== x) continue;
      n++;
      if (v.classes) count[x]++;
      else { count[Math.min(BINS - 1, Math.floor((x - v.d.low) / span * BINS))]++; list.push(x); }
    }
    if (!v.classes && enough) list.sort(function (a, b) { return a - b; });
    return { n: n, share: count.map(function (c) { return n ? c / n : 0; }), at: function (q) { return list[Math.min(list.length - 1, Math.floor(q * list.length))]; } };
  }
  vars.forEach(function (v) { v.base = tally(v, null, true); });
  function condition(v) {
    if (!v.d.test) return "";
    if (v.keep) {
      var all = v.d.values.filter(function (_, k) { return v.keep[k]; }).map(function (value) { return v.d.test.replace("{v}", value); });
      return all.length === 1 ? all[0] : all.length ? "(" + all.join(" or ") + ")" : "";
    }
    return [["from", ">= "], ["to", "<= "]].filter(function (e) { return v[e[0]] !== null; })
      .map(function (e) { return v.d.test.replace("{v}", e[1] + v[e[0]]); }).join(" and ");
  }
  function update() {
    var active = vars.filter(function (v) { return v.keep || v.from !== null || v.to !== null; });
    var mask = new Uint8Array(N), n = 0;
    for (var i = 0; i < N; i++) {
      var ok = 1;
      for (var k = 0; ok && k < active.length; k++) ok = passes(active[k], i) ? 1 : 0;
      mask[i] = ok; n += ok;
    }
    var enough = n >= D.fewest;
    kept.textContent = T.kept.replace("{n}", number(n, 0)).replace("{all}", number(N, 0));
    few.textContent = enough ? "" : T.few;
    reset.disabled = !active.length;
    vars.forEach(function (v) {
      var now = tally(v, mask, enough), say = enough && now.n >= D.fewest;
      v.parts.box.classList.toggle("set", active.indexOf(v) >= 0);
      if (v.classes) v.parts.rows.forEach(function (r, k) {
        r.bar.style.width = say ? 100 * now.share[k] + "%" : "0";
        r.mark.style.left = "calc(" + 100 * v.base.share[k] + "% - 1px)";
        r.said.textContent = say ? percent(now.share[k]) : "–";
      });
      else {
        var top = Math.max.apply(null, v.base.share.concat(say ? now.share : [])) || 1;
        for (var b = 0; b < BINS; b++) {
          var back = 62 * v.base.share[b] / top, front = say ? 62 * now.share[b] / top : 0;
          v.parts.back[b].setAttribute("y", 63 - back); v.parts.back[b].setAttribute("height", back);
          v.parts.front[b].setAttribute("y", 63 - front); v.parts.front[b].setAttribute("height", front);
        }
        var plus = v.d.form === "points", g = v.d.digits, u = v.d.unit;
        v.parts.said.textContent = say
          ? T.median + " " + number(now.at(0.5), g, u, plus) + " (" + number(now.at(0.1), g, "", plus) + " – " + number(now.at(0.9), g, u, plus) + ")" +
            (active.length ? " · " + T.base + " " + number(v.base.at(0.5), g, u, plus) : "")
          : now.n === 0 && enough ? T.undefined : T.few;
      }
    });
    var given = active.map(condition).filter(Boolean);
    commandLabel.hidden = command.hidden = !given.length;
    command.textContent = "cumbre whatif " + D.case + given.map(function (g) { return ' \\\n  --given "' + g + '"'; }).join("");
  }
  update();
})();

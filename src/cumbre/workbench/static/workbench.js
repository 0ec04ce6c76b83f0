(function () {
  "use strict";
  var doc = document, drawer = doc.getElementById("drawer"), opener = null;
  doc.documentElement.classList.add("js");

  function ready(root) {
    root.querySelectorAll(".scripted").forEach(function (e) { e.hidden = false; });
    root.querySelectorAll("[data-p]:not(a)").forEach(function (e) { e.tabIndex = 0; e.setAttribute("role", "button"); });
  }
  ready(doc);
  doc.addEventListener("htmx:afterSwap", function (event) { ready(event.target || doc); });
  doc.addEventListener("htmx:oobAfterSwap", function (event) { ready(event.target || doc); });

  // the drawer: passports, sources, sentences behind a bar
  function open(url) {
    var body = drawer.querySelector(".body");
    fetch(url, { headers: { "HX-Request": "true" } }).then(function (answer) { return answer.text(); }).then(function (html) {
      body.innerHTML = html;
      if (!drawer.open) drawer.showModal();
      drawer.querySelector("h2").focus();
    });
  }
  function follow(event) {
    var number = event.target.closest("[data-p]"), mark = event.target.closest("a.m"), bar = event.target.closest("[data-drawer]");
    var lang = doc.documentElement.lang, address = new URLSearchParams(location.search);
    if (!number && !mark && !bar) return;
    event.preventDefault();
    if (!drawer.contains(event.target)) opener = event.target.closest("[data-p],a.m,[data-drawer]");
    if (number) {
      var holder = number.closest("[data-register]");
      var key = holder ? holder.getAttribute("data-register") : drawer.getAttribute("data-register") || "";
      drawer.setAttribute("data-register", key);
      open("/passport?register=" + encodeURIComponent(key) + "&id=" + encodeURIComponent(number.getAttribute("data-p")) + "&lang=" + lang +
        "&at=" + encodeURIComponent(location.pathname + location.search));
    } else if (mark) {
      address.set("n", mark.getAttribute("href").replace("#s-", ""));
      address.set("lang", lang);
      open("/record/source?" + address);
    } else open(bar.getAttribute("data-drawer"));
  }
  doc.addEventListener("click", follow);
  doc.addEventListener("keydown", function (event) {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches("[data-p]:not(a),svg [data-drawer]")) follow(event);
  });
  drawer.addEventListener("close", function () { drawer.querySelector(".body").textContent = ""; if (opener && opener.isConnected) opener.focus(); });

  // copy the address
  doc.addEventListener("click", function (event) {
    var link = event.target.closest("[data-copy]");
    if (!link || !navigator.clipboard) return;
    event.preventDefault();
    navigator.clipboard.writeText(link.href).then(function () { link.textContent = link.getAttribute("data-copied"); });
  });

  // levers that differ from the case are marked as they change
  doc.addEventListener("change", function (event) {
    var box = event.target.closest(".lever");
    if (!box || !event.target.hasAttribute("data-base")) return;
    box.classList.toggle("set", event.target.value !== event.target.getAttribute("data-base"));
  });
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.matches("[data-check]") && !form.reportValidity()) event.preventDefault();
  });

  // tables: sort by a head, search by words
  doc.addEventListener("click", function (event) {
    var head = event.target.closest("button[data-sort]");
    if (!head) return;
    var cell = head.closest("th"), table = cell.closest("table"), body = table.tBodies[0], at = cell.cellIndex;
    var up = cell.getAttribute("aria-sort") !== "ascending";
    table.querySelectorAll("th[aria-sort]").forEach(function (c) { c.removeAttribute("aria-sort"); });
    cell.setAttribute("aria-sort", up ? "ascending" : "descending");
    function value(row) {
      var c = row.cells[at], t = c.querySelector("time,data");
      var raw = c.getAttribute("data-v") || (t && (t.getAttribute("datetime") || t.getAttribute("value"))) || c.textContent;
      return raw.trim();
    }
    Array.prototype.slice.call(body.rows).sort(function (a, b) {
      var x = value(a), y = value(b), n = parseFloat(x) - parseFloat(y);
      var d = head.getAttribute("data-sort") === "number" && !isNaN(n) ? n : x.localeCompare(y);
      return up ? d : -d;
    }).forEach(function (row) { body.appendChild(row); });
  });
  function sift() {
    doc.querySelectorAll("[data-sift]").forEach(function (box) {
      var table = doc.getElementById(box.getAttribute("data-sift")), words = box.querySelector("input[type=search]").value.toLowerCase().split(/\s+/);
      var kinds = Array.prototype.slice.call(box.querySelectorAll("select")), shown = 0;
      Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
        var text = row.textContent.toLowerCase();
        var fits = words.every(function (w) { return text.indexOf(w) >= 0; }) && kinds.every(function (k) {
          return !k.value || (" " + row.getAttribute("data-" + k.getAttribute("data-key")) + " ").indexOf(" " + k.value + " ") >= 0;
        });
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      var said = box.querySelector("output");
      if (said) said.textContent = said.getAttribute("data-words").replace("{n}", shown.toLocaleString(doc.documentElement.lang));
    });
  }
  doc.addEventListener("input", function (event) { if (event.target.closest("[data-sift]")) sift(); });

  // a file dropped on the article box becomes its file
  doc.addEventListener("dragover", function (event) { if (event.target.closest && event.target.closest("[data-drop]")) event.preventDefault(); });
  doc.addEventListener("drop", function (event) {
    var box = event.target.closest && event.target.closest("[data-drop]");
    if (!box) return;
    event.preventDefault();
    var input = box.querySelector("input[type=file]"), area = box.querySelector("textarea");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files; else area.value = event.dataTransfer.getData("text/plain");
  });

  // charts to take away
  function visible(id) {
    var all = doc.getElementById(id).querySelectorAll(".wide svg, .narrow svg");
    return Array.prototype.filter.call(all, function (s) { return s.getBoundingClientRect().width > 0; })[0] || all[0];
  }
  function save(url, name) { var a = doc.createElement("a"); a.href = url; a.download = name; doc.body.appendChild(a); a.click(); a.remove(); }
  doc.addEventListener("click", function (event) {
    var b = event.target.closest("button[data-svg],button[data-png]");
    if (!b) return;
    var id = b.getAttribute("data-svg") || b.getAttribute("data-png"), source = new XMLSerializer().serializeToString(visible(id));
    if (b.hasAttribute("data-svg")) { save(URL.createObjectURL(new Blob([source], { type: "image/svg+xml" })), id + ".svg"); return; }
    var box = visible(id).viewBox.baseVal, image = new Image();
    image.onload = function () {
      var canvas = doc.createElement("canvas"), g = canvas.getContext("2d");
      canvas.width = box.width * 2; canvas.height = box.height * 2;
      g.fillStyle = "#FAF8F4"; g.fillRect(0, 0, canvas.width, canvas.height);
      g.drawImage(image, 0, 0, canvas.width, canvas.height);
      save(canvas.toDataURL("image/png"), id + ".png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(source);
  });
  addEventListener("beforeprint", function () { doc.querySelectorAll("main details.sheet").forEach(function (d) { if (!d.querySelector("[hx-get]")) d.open = true; }); });
})();

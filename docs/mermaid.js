// Draws the diagrams, as forges do. Without a network, pages show their text.
const diagrams = document.querySelectorAll("code.language-mermaid");
if (diagrams.length > 0) {
  import("https://cdn.jsdelivr.net/npm/mermaid@11/dist/mermaid.esm.min.mjs").then(({ default: mermaid }) => {
    const isDark = ["ayu", "coal", "navy"].some((theme) => document.documentElement.classList.contains(theme));
    mermaid.initialize({ startOnLoad: false, theme: isDark ? "dark" : "default" });
    const nodes = Array.from(diagrams, (code) => {
      const drawing = document.createElement("pre");
      drawing.className = "mermaid";
      drawing.textContent = code.textContent;
      code.parentElement.replaceWith(drawing);
      return drawing;
    });
    return mermaid.run({ nodes });
  });
}

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { forgeFailures } from "./forge-failures.ts";

// The Forge's own page: everything has its content's hash in its name, but for `index.html`.
export default defineConfig(({ mode }) => ({
  root: "src/web",
  base: "./",
  plugins: [forgeFailures()],
  publicDir: false,
  build: {
    outDir:
      process.env.FORGE_FRONTEND ??
      fileURLToPath(new URL("../addon/forge/web/static", import.meta.url)),
    emptyOutDir: true,
    target: "es2023",
    minify: mode !== "development",
    sourcemap: mode === "development",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
}));

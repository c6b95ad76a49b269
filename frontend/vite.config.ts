import { defineConfig } from "vite";
import { forgeFailures } from "./forge-failures.ts";

// Home Assistant loads `entrypoint.js`; everything else has its content's hash in its name.
export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: [forgeFailures()],
  publicDir: false,
  build: {
    outDir: process.env.ATELIER_FRONTEND ?? "../custom_components/atelier/frontend",
    emptyOutDir: true,
    target: "es2023",
    minify: mode !== "development",
    sourcemap: mode === "development",
    modulePreload: { polyfill: false },
    lib: { entry: "src/entrypoint.ts", formats: ["es"], fileName: () => "entrypoint.js" },
    rollupOptions: { output: { chunkFileNames: "[name]-[hash].js" } },
  },
  test: { include: ["test/**/*.test.ts"] },
}));

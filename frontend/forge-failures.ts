import type { Plugin } from "vite";

const QUERY = /\.json\?forge-failures$/;
const PREFIX = "forge_refused_";

/** Take from the integration's translations what a Forge's codes mean: `build_failed`, `internal`. */
export function forgeFailures(): Plugin {
  return {
    name: "forge-failures",
    enforce: "pre",
    transform: {
      filter: { id: QUERY },
      handler(json) {
        const { exceptions } = JSON.parse(json) as {
          exceptions: Record<string, { message: string }>;
        };
        const sentences = Object.entries(exceptions)
          .filter(([key]) => key.startsWith(PREFIX))
          .map(([key, { message }]) => [key.slice(PREFIX.length), message]);
        const code = `export default ${JSON.stringify(Object.fromEntries(sentences))};`;
        return { code, moduleType: "js" };
      },
    },
  };
}

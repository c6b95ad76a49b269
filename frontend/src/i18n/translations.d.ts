/** The integration's translations, of which the pages take what it says of a Forge's failures. */
declare module "*.json?forge-failures" {
  const sentences: Record<string, string>;
  export default sentences;
}

/** Addresses of the Forge's pages, which differ with the place that they are shown in. */

export interface Places {
  /** Return the address of a place: `address(["builds", id])`. */
  address(place: string[]): string;
  /** Go to a place; the back button leads back, unless it takes the present one's place. */
  go(place: string[], replace?: boolean): void;
}

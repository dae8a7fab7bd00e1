// The two screens on which every feature has to work: a desk's and a phone's.

import type { BrowserContextOptions } from "playwright-core";

export const screens: readonly (readonly [string, BrowserContextOptions])[] = [
  ["1440 px", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
  [
    "390 px",
    {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      deviceScaleFactor: 2,
      colorScheme: "dark",
    },
  ],
];

/** What Home Assistant loads: it defines the panel's element. */

import "./frame/atelier-panel";

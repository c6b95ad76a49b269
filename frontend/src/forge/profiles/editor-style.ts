/** How the editor of profiles looks. */

import { css } from "lit";
import { refused } from "../../elements/styles";

export const editorStyle = css`
  ${refused}
  form {
    display: grid;
    gap: 16px;
    max-width: 960px;
  }
  section h2 {
    margin: 0 0 12px;
  }
  .two {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(280px, 100%), 1fr));
    gap: 16px;
    align-items: start;
  }
  p {
    margin: 0;
  }
  .end {
    position: sticky;
    bottom: 0;
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
    justify-content: end;
    padding: 12px 0 calc(12px + env(safe-area-inset-bottom));
    background: var(--primary-background-color);
  }
  .end span {
    flex: 1 1 160px;
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }
`;

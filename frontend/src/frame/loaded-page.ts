import { Loading } from "./loading";
import { AtelierPage } from "./page";

/** The base of pages that ask for one thing first. */
export abstract class LoadedPage<T> extends AtelierPage {
  private loading = new Loading<T>(this, () => this.ask());

  protected abstract ask(): Promise<T>;
  protected abstract content(loaded: T): unknown;

  protected override render() {
    return this.loading.render((loaded) => this.content(loaded));
  }
}

import type { Failure } from "../../api/errors";
import { t } from "../../i18n/text";
import { fieldName } from "./field-words";
import {
  differing,
  documentOf,
  type Kept,
  NEW,
  type Profile,
  problemsOf,
  rebased,
  refusedFields,
  same,
  suggestedId,
} from "./profile";
import { wrongText } from "./wrong";

/** A profile while it is typed: what was kept before, and what is wrong with it by now. */
export class Draft {
  now: Profile = NEW;
  /** The version that was kept before; 0, if it is a new one. */
  version = 0;
  private kept: Profile = NEW;
  private touched = new Set<string>();
  private tried = false;
  private refused: Record<string, string> = {};
  private ownId = false;

  /** `changed` is called when there is something else to be drawn. */
  constructor(private changed: () => void) {}

  begin({ profile, version }: Kept): void {
    this.kept = documentOf(profile);
    this.now = this.kept;
    this.version = version;
    this.changed();
  }

  /** What the profile was called, before it was changed. */
  get name(): string {
    return this.kept.name;
  }

  get unsaved(): boolean {
    return !same(this.now, this.kept);
  }

  /** Whether more was typed than the release, which is filled in by itself. */
  get worthKeeping(): boolean {
    return this.unsaved && Object.keys(documentOf(this.now)).length > 1;
  }

  /** The names of the fields that say something else than before. */
  get changes(): string[] {
    return this.version ? differing(this.now, this.kept).map(fieldName) : [];
  }

  /** Say some fields differently. */
  set(change: Partial<Profile>): void {
    this.now = { ...this.now, ...change };
    const names = Object.keys(change);
    this.touched = new Set([...this.touched, ...names]);
    // What the server refused may be fine now.
    this.refused = Object.fromEntries(
      Object.entries(this.refused).filter(([place]) => !names.includes(fieldOf(place))),
    );
    this.changed();
  }

  /** Take what is typed into a field; a new profile's id follows its name until it is typed, too. */
  type(field: keyof Profile, value: string): void {
    if (field === "profile_id") this.ownId = true;
    const follows = field === "name" && !this.version && !this.ownId;
    this.set({ [field]: value, ...(follows ? { profile_id: suggestedId(value) } : {}) });
  }

  /** What is wrong, by place: once a field was typed into, or all was tried to be saved. */
  get problems(): Record<string, string> {
    const found = Object.entries(problemsOf(this.now))
      .filter(([place]) => this.tried || this.touched.has(fieldOf(place)))
      .map(([place, wrong]) => [place, wrongText(wrong)] as const);
    return { ...this.refused, ...Object.fromEntries(found) };
  }

  /** Return what is wrong at a place, or at the first within it. */
  wrong(place: string): string {
    const all = this.problems;
    const inner = Object.keys(all).find((one) => one === place || one.startsWith(`${place}[`));
    return inner ? (all[inner] ?? "") : "";
  }

  /** Tell all that is wrong from now on; return whether nothing is. */
  try(): boolean {
    this.tried = true;
    this.changed();
    return !Object.keys(problemsOf(this.now)).length;
  }

  /** Show what the server refused beside its fields; return whether there is any. */
  refuse(refusal: Failure): boolean {
    this.refused =
      refusal.code === "conflict.profile"
        ? { profile_id: t("forge_profiles.taken_id") }
        : refusedFields(refusal);
    this.changed();
    return Object.keys(this.refused).length > 0;
  }

  /** Leave nothing unsaved: it is kept, or given up. */
  settle(): void {
    this.kept = this.now;
  }

  /** Take over what somebody else changed meanwhile, beside what is typed; return its names. */
  rebase({ profile, version }: Kept): string[] {
    const theirs = documentOf(profile);
    const names = differing(theirs, this.kept).map(fieldName);
    this.now = rebased(this.now, this.kept, theirs);
    this.kept = theirs;
    this.version = version;
    this.changed();
    return names;
  }

  /** What is typed, with names where it has none yet: packages do not depend on them. */
  get nameless(): Profile {
    const { name, profile_id, device_id } = this.now;
    return documentOf({
      ...this.now,
      name: name || "draft",
      profile_id: profile_id || "draft",
      device_id: device_id || "draft",
    });
  }
}

function fieldOf(place: string): string {
  return place.replace(/[.[].*$/, "");
}

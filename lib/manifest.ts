/**
 * An artifact set: a folder whose `metadata.json` lists its files with their sha256. `readArtifactSet()` checks one before anything is
 * sent, `writeManifest()` makes or refreshes the list, `parseManifest()` is the pure part that also reads the manifests of devices.
 * @module
 */
export { type ParsedManifest, parseManifest } from "./manifest/parse.ts";
export { type ReleaseHost, type Releases, releasesOf } from "./manifest/releases.ts";
export type { ArtifactTemplate, SetTemplates } from "./manifest/templates.ts";
export { type Artifact, type ArtifactSet, readArtifactSet } from "./manifest/read.ts";
export { type ManifestChanges, writeManifest } from "./manifest/write.ts";
export { hashFile, type LinkOptions, type OutsideLink } from "./manifest/folder.ts";
export type { MetadataForm, RenderedEntry } from "./manifest/rendered_metadata.ts";

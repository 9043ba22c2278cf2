import { packState, type ReviewState, unpackState } from './review-state.ts'

/** What one of our own comments says about itself. */
export interface CommentMarker {
  fingerprint: string
  /** We have said ourselves that it is gone. */
  isResolved: boolean
}

/** A fingerprint that may stand in a marker: ours, or what remains of one that is not. */
export const markerName = (fingerprint: string) =>
  fingerprint
    .toLowerCase()
    .replaceAll(/[^\da-f]/g, '')
    .slice(0, 64)

/** Texts cannot bring a marker of their own: its beginning is broken wherever it stands. */
export function guardMarkers(text: string): string {
  return text.replaceAll(/<!--(?=\s*agent)/gi, '<!\u2011\u2011')
}

/** Ends a body with the marker of a finding. Markers count only there. */
export function withCommentMarker(body: string, { fingerprint, isResolved }: CommentMarker): string {
  return `${guardMarkers(body).trimEnd()}\n\n<!-- agent:${markerName(fingerprint)}${isResolved ? ' resolved' : ''} -->`
}

/** The marker at the end of a body; null where there is none. */
export function readCommentMarker(body: string): CommentMarker | null {
  const [, fingerprint, resolved] = /(?:^|\n)<!-- agent:([\da-f]{16,64})( resolved)? -->\s*$/.exec(body) ?? []
  return fingerprint === undefined ? null : { fingerprint, isResolved: resolved !== undefined }
}

/** A body without the marker at its end. */
export function withoutMarker(body: string): string {
  return body.replace(/\s*<!-- agent:[\w :-]+ -->\s*$/, '')
}

/** Ends the summary with what the next review needs. */
export function withStateMarker(body: string, state: ReviewState): string {
  return `${guardMarkers(body).trimEnd()}\n\n${stateMarker(state)}`
}

/** The state at the end of a summary. `damaged`: it is one of ours, and cannot be read. Null: it is no summary. */
export function readStateMarker(body: string): ReviewState | 'damaged' | null {
  const [, packed] = /(?:^|\n)<!-- agent:state ([\w-]*) -->\s*$/.exec(body) ?? []
  if (packed === undefined) return null
  return unpackState(packed) ?? 'damaged'
}

/** The marker itself, so that its length is known. */
export const stateMarker = (state: ReviewState) => `<!-- agent:state ${packState(state)} -->`

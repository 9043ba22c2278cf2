/** What a model wants changed: these lines become those. */
export interface EditBlock {
  search: string
  replace: string
}

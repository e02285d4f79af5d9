/** The mark: two speech bubbles, one answering the other; on a square of 16. */
export const mark = {
  first: 'M2.5 1.5h7a1.5 1.5 0 0 1 1.5 1.5v4a1.5 1.5 0 0 1-1.5 1.5H5L2.4 10.6A.4.4 0 0 1 1.7 10.300V3a1.5 1.5 0 0 1 .8-1.5Z',
  second: 'M12.3 5.5h.7A1.5 1.5 0 0 1 14.5 7v7.100a.4.4 0 0 1-.7.3L11.7 12.5H8A1.5 1.5 0 0 1 6.5 11v-1h3.800a2 2 0 0 0 2-2Z',
};

/** The icon of the browser's tab; with a dot while somebody waits for a person. */
export function tabIcon(hasDot: boolean): string {
  const dot = hasDot ? '<circle cx="24.5" cy="7.5" r="7.5" fill="#e09a1a"/>' : '';
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#24231f"/>' +
    `<g transform="translate(5.6 5.6) scale(1.3)" fill="#fff"><path d="${mark.first}"/><path opacity=".7" d="${mark.second}"/></g>${dot}</svg>`
  );
}

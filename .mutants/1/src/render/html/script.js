/**
 * The script of every page: what works without it too (boxes are links to their rules) is made handier, and conditions and the
 * search are brought to life. It reads the page's own data, makes no request, and writes nothing but classes and text.
 */
export const SCRIPT = `
'use strict';
(() => {
const all = (what, where = document) => [...where.querySelectorAll(what)];
function open(id) {
  const box = document.getElementById(id);
  if (box === null) return;
  for (const one of all('details.here')) one.classList.remove('here');
  for (let up = box; up !== null; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
  box.classList.add('here');
  const first = box.querySelector('summary');
  if (first !== null) first.focus();
  box.scrollIntoView({ block: 'nearest' });
}
for (const link of all('a[data-opens]')) {
  link.addEventListener('click', (event) => { event.preventDefault(); open(link.dataset.opens); });
  link.addEventListener('keydown', (event) => {
    if (event.key !== ' ') return;
    event.preventDefault();
    open(link.dataset.opens);
  });
}
for (const item of all('.trace')) {
  const data = JSON.parse(item.querySelector('script[type="application/json"]').textContent);
  const told = item.querySelector('.told');
  const switches = all('input[type=radio]', item);
  const show = () => {
    const set = new Map(switches.filter((one) => one.checked && one.value !== '').map((one) => [Number(one.dataset.question), one.value === 'yes']));
    const kept = data.ways.filter((way) => way.given.every(([question, held]) => !set.has(question) || set.get(question) === held));
    const cases = new Set(kept.map((way) => JSON.stringify(way.given))).size || 1;
    const boxes = new Set(kept.flatMap((way) => way.boxes));
    for (const box of all('[data-box]', item)) box.classList.toggle('off', !boxes.has(box.dataset.box));
    for (const ribbon of all('[data-ribbon]', item)) {
      const ways = data.ribbons[Number(ribbon.dataset.ribbon)];
      const share = ways.reduce((sum, at) => sum + (kept.includes(data.ways[at]) ? data.ways[at].share : 0), 0) / cases;
      ribbon.classList.toggle('off', share === 0);
      ribbon.setAttribute('stroke-width', String(Math.max(1.5, share * data.width)));
    }
    const count = (ways) => ways.reduce((sum, way) => sum + way.count, 0);
    if (told !== null) told.textContent = count(kept) + ' of ' + count(data.ways) + ' ways are left: ' + [...new Set(kept.map((way) => way.end))].join('; ');
  };
  for (const one of switches) one.addEventListener('change', show);
  if (switches.length > 0) show();
}
const search = document.getElementById('search');
const found = document.getElementById('found');
const sought = all('.find > *, [data-box]');
search.addEventListener('input', () => {
  const word = search.value.trim().toLowerCase();
  let hits = 0;
  for (const one of sought) {
    const text = (one.dataset.box === undefined ? one.textContent : one.getAttribute('aria-label')) || '';
    const hit = word !== '' && text.toLowerCase().includes(word);
    if (hit) hits += 1;
    one.classList.toggle('hit', hit);
    if (one.dataset.box === undefined) one.classList.toggle('gone', word !== '' && !hit);
    if (hit && one.closest('details') !== null) for (let up = one; up !== null; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
  }
  found.textContent = word === '' ? '' : hits === 1 ? '1 place' : hits + ' places';
});
let closed = [];
window.addEventListener('beforeprint', () => { closed = all('details:not([open])'); for (const one of closed) one.open = true; });
window.addEventListener('afterprint', () => { for (const one of closed) one.open = false; });
})();
`;

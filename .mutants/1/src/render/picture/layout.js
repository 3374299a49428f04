/** Of a ribbon that carries every packet. */
export const FULL_RIBBON = 30;
const BOX = { width: 196, height: 44, aside: 17 };
const GAP = { x: 56, y: 18, column: 34 };
const TOP = 34;
const LEAST = 1.5;
/** @returns the picture with a place for everything; the same picture has the same places. */
export function layOut(picture) {
    const depths = new Map();
    for (const { column, depth } of picture.boxes)
        depths.set(column, Math.max(depths.get(column) ?? 0, depth));
    const lefts = new Map();
    let x = 8;
    for (let column = -1; column <= picture.columns.length; column++) {
        lefts.set(column, x);
        x += ((depths.get(column) ?? 0) + 1) * (BOX.width + GAP.x) + GAP.column - GAP.x;
        if (column === -1)
            x += GAP.x - GAP.column;
    }
    const width = x;
    const placed = new Map();
    const lanes = [];
    let top = TOP;
    for (const [lane, node] of picture.lanes.entries()) {
        const heads = picture.lanes.length > 1 ? 24 : 0;
        const filled = new Map();
        let bottom = top + heads + BOX.height;
        for (const box of picture.boxes) {
            if (box.lane !== lane)
                continue;
            const stack = `${box.column} ${box.depth}`;
            const y = filled.get(stack) ?? top + heads;
            const height = BOX.height + box.asides.length * BOX.aside + (box.asides.length > 0 ? 6 : 0);
            const left = (lefts.get(box.column) ?? 0) + box.depth * (BOX.width + GAP.x);
            placed.set(box.id, { box, x: left, y, width: BOX.width, height });
            filled.set(stack, y + height + GAP.y);
            bottom = Math.max(bottom, y + height);
        }
        lanes.push({ node, y: top, height: bottom - top + 10 });
        top = bottom + 26;
    }
    return {
        width,
        height: top,
        boxes: [...placed.values()],
        ribbons: placeRibbons(picture, placed),
        columns: picture.columns.map(({ label, direction }, index) => ({
            label: direction === 'answer' ? `${label} (answer)` : label,
            x: lefts.get(index) ?? 0,
            width: (lefts.get(index + 1) ?? width) - (lefts.get(index) ?? 0) - GAP.column,
        })),
        lanes,
    };
}
function placeRibbons(picture, placed) {
    const used = new Map();
    const next = (side, width, room, total) => {
        const before = used.get(side) ?? 0;
        used.set(side, before + width);
        // The middle of all of them is the middle of the box.
        return (room - total) / 2 + before + width / 2;
    };
    const sums = new Map();
    for (const ribbon of picture.ribbons) {
        for (const side of [`out ${ribbon.from}`, `in ${ribbon.to}`])
            sums.set(side, (sums.get(side) ?? 0) + widthOf(ribbon));
    }
    return picture.ribbons.flatMap((ribbon, index) => {
        const from = placed.get(ribbon.from);
        const to = placed.get(ribbon.to);
        if (from === undefined || to === undefined)
            return [];
        const width = widthOf(ribbon);
        const fromY = from.y + next(`out ${ribbon.from}`, width, from.height, sums.get(`out ${ribbon.from}`) ?? 0);
        const toY = to.y + next(`in ${ribbon.to}`, width, to.height, sums.get(`in ${ribbon.to}`) ?? 0);
        const reply = picture.columns[to.box.column]?.direction === 'answer';
        return [{ ribbon, index, path: pathOf(from, fromY, to, toY), width, reply }];
    });
}
function widthOf({ share }) {
    return Math.max(LEAST, share * FULL_RIBBON);
}
/** To the right in a curve; to the next table of the same hook straight down. */
function pathOf(from, fromY, to, toY) {
    const n = (value) => String(Math.round(value * 10) / 10);
    if (to.x <= from.x) {
        const startX = from.x + from.width / 2;
        const endX = to.x + to.width / 2;
        const down = to.y > from.y;
        const [startY, endY] = down ? [from.y + from.height, to.y] : [from.y, to.y + to.height];
        const middle = (startY + endY) / 2;
        return `M${n(startX)} ${n(startY)}C${n(startX)} ${n(middle)} ${n(endX)} ${n(middle)} ${n(endX)} ${n(endY)}`;
    }
    const startX = from.x + from.width;
    const bend = Math.max(20, (to.x - startX) / 2);
    return `M${n(startX)} ${n(fromY)}C${n(startX + bend)} ${n(fromY)} ${n(to.x - bend)} ${n(toY)} ${n(to.x)} ${n(toY)}`;
}

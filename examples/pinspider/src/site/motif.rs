//! How each motif is drawn, in SVG, on a sheet of [`WIDTH`] by [`HEIGHT`].

use super::canvas::{Dice, HEIGHT, Palette, WIDTH};

/// Arcades in rows.
pub(super) fn arches(dice: &mut Dice, p: &Palette) -> String {
    let width = 50 + 10 * dice.roll(5);
    let row = |y: u32, fill: &str, dice: &mut Dice| -> String {
        let arch = |i: u32| {
            let (x, top, side) = (i * width + 8, y + 20 + dice.roll(30), width - 16);
            format!(
                "<path fill='{fill}' d='M{x} {HEIGHT}V{}a{r} {r} 0 0 1 {side} 0V{HEIGHT}z'/>",
                top + side / 2,
                r = side / 2
            )
        };
        (0..=WIDTH / width).map(arch).collect()
    };
    let sun = format!("<circle cx='{}' cy='60' r='34' fill='{}'/>", 80 + dice.roll(240), p.spot);
    [sun, row(40, &p.light, dice), row(120, &p.middle, dice), row(200, &p.deep, dice)].concat()
}

/// Circles of all sizes.
pub(super) fn bubbles(dice: &mut Dice, p: &Palette) -> String {
    let circle = |_| {
        let fill = dice.pick(&[&p.light, &p.middle, &p.middle, &p.deep, &p.spot]);
        let (x, y, r) = (dice.roll(WIDTH), dice.roll(HEIGHT), 10 + dice.roll(46));
        format!(
            "<circle cx='{x}' cy='{y}' r='{r}' fill='{fill}' fill-opacity='.85'/><circle cx='{x}' cy='{y}' r='{}' fill='{}'/>",
            r / 3,
            p.paper
        )
    };
    (0..26).map(circle).collect()
}

/// Ridges one behind the other, and the sun.
pub(super) fn hills(dice: &mut Dice, p: &Palette) -> String {
    let sun = format!(
        "<circle cx='{}' cy='{}' r='38' fill='{}'/>",
        60 + dice.roll(280),
        60 + dice.roll(40),
        p.spot
    );
    let ridge = |y: u32, fill: &str, dice: &mut Dice| {
        let (a, b, c) = (dice.roll(90), dice.roll(90), dice.roll(60));
        format!(
            "<path fill='{fill}' d='M0 {}Q100 {} 200 {}T400 {}V300H0z'/>",
            y + a,
            y - 40 + b,
            y + c,
            y + b
        )
    };
    [sun, ridge(110, &p.light, dice), ridge(160, &p.middle, dice), ridge(210, &p.deep, dice)].concat()
}

/// Flowers.
pub(super) fn petals(dice: &mut Dice, p: &Palette) -> String {
    let flower = |_| {
        let (x, y, size) = (dice.roll(WIDTH), dice.roll(HEIGHT), 24 + dice.roll(34));
        let fill = dice.pick(&[&p.light, &p.middle, &p.deep]);
        let petal = |i: u32| {
            format!(
                "<ellipse rx='{}' ry='{size}' cy='-{size}' transform='rotate({})' fill='{fill}' fill-opacity='.9'/>",
                size / 2,
                i * 60
            )
        };
        let petals: String = (0..6).map(petal).collect();
        format!("<g transform='translate({x} {y})'>{petals}<circle r='{}' fill='{}'/></g>", size / 2, p.spot)
    };
    (0..9).map(flower).collect()
}

/// Houses with lit windows.
pub(super) fn skyline(dice: &mut Dice, p: &Palette) -> String {
    let moon = format!("<circle cx='{}' cy='58' r='30' fill='{}'/>", 60 + dice.roll(280), p.spot);
    let house = |i: u32| {
        let (x, top) = (i * 44, 70 + dice.roll(130));
        let fill = dice.pick(&[&p.light, &p.middle, &p.deep]);
        let windows = (0..8)
            .filter(|_| dice.roll(3) > 0)
            .map(|w| format!("M{} {}h9v12h-9z", x + 8 + (w % 2) * 18, top + 14 + (w / 2) * 26))
            .collect::<Vec<_>>()
            .concat();
        format!(
            "<path fill='{fill}' d='M{x} {top}h42v{HEIGHT}h-42z'/><path fill='{}' d='{windows}'/>",
            p.paper
        )
    };
    [moon, (0..10).map(house).collect()].concat()
}

/// Draws broad and narrow bands, slanted.
pub(super) fn stripes(dice: &mut Dice, p: &Palette) -> String {
    let mut x = 0;
    let mut bands = Vec::new();
    while x < 2 * WIDTH {
        let width = 12 + dice.roll(44);
        let fill = dice.pick(&[&p.light, &p.middle, &p.deep, &p.spot, &p.paper]);
        bands.push(format!("<path fill='{fill}' d='M{x} -200h{width}v900h-{width}z'/>"));
        x += width;
    }
    format!("<g transform='rotate({} 200 150) translate(-200 0)'>{}</g>", 20 + dice.roll(50), bands.concat())
}

/// Draws one tile, repeated.
pub(super) fn tiles(dice: &mut Dice, p: &Palette) -> String {
    let size = 50 + 25 * dice.roll(3);
    let (star, petal) = (dice.pick(&[&p.middle, &p.deep]), dice.pick(&[&p.light, &p.spot]));
    let (half, third, sixth, turn) = (size / 2 - 3, size / 3, size / 6, 45 * dice.roll(2));
    let corner = |to: &str| format!("A{half} {half} 0 0 0 {to}");
    let corners = [format!("0 -{half}"), format!("{half} 0"), format!("0 {half}"), format!("-{half} 0")];
    let leaves: String = corners.iter().map(|to| corner(to)).collect();
    let tile = format!(
        "<path fill='{petal}' d='M-{half} 0{leaves}z'/><path fill='{star}' transform='rotate({turn})' \
         d='M-{third} -{third}L0 -{sixth} {third} -{third} {sixth} 0 {third} {third} 0 {sixth} -{third} {third} -{sixth} 0z'/>\
         <circle r='{}' fill='{}'/>",
        size / 10,
        p.paper
    );
    let columns = WIDTH / size + 1;
    let place = |i: u32| (i % columns * size + size / 2, i / columns * size + size / 2);
    let places = (0..columns * (HEIGHT / size + 1)).map(place);
    let tiles = places.map(|(left, top)| format!("<g transform='translate({left} {top})'>{tile}</g>"));
    tiles.collect::<Vec<_>>().concat()
}

/// Waves, the nearest the darkest.
pub(super) fn waves(dice: &mut Dice, p: &Palette) -> String {
    let length = 50 + dice.roll(50);
    let fills = [&p.light, &p.spot, &p.light, &p.middle, &p.middle, &p.deep, &p.deep];
    let wave = |(i, fill): (u32, &&String)| {
        let (y, start) = (30 + i * 40, dice.roll(length));
        let crests = format!("t{length} 0").repeat(14);
        format!(
            "<path fill='{fill}' fill-opacity='.9' d='M-{start} {y}q{} -34 {length} 0{crests}V300H-{start}z'/>",
            length / 2
        )
    };
    (0u32..).zip(fills.iter()).map(wave).collect()
}

//! How colours look to somebody who lacks one kind of cone.

use super::colour::{Rgb, oklab};

/// A way in which people see fewer colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Without the cones for long waves.
    Protanopia,
    /// Without the cones for middle waves.
    Deuteranopia,
    /// Without the cones for short waves.
    Tritanopia,
}

impl Sight {
    pub const ALL: [Self; 3] = [Self::Protanopia, Self::Deuteranopia, Self::Tritanopia];

    pub fn name(self) -> &'static str {
        match self {
            Self::Protanopia => "protanopia",
            Self::Deuteranopia => "deuteranopia",
            Self::Tritanopia => "tritanopia",
        }
    }

    /// [`Rgb::difference`] of two colours as they are seen with this sight.
    pub fn difference(self, one: Rgb, other: Rgb) -> f64 {
        let seen = |colour: Rgb| oklab(self.seen(colour.linear()));
        seen(one).iter().zip(seen(other)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    /// The light that looks the same to somebody who sees all colours.
    fn seen(self, light: [f64; 3]) -> [f64; 3] {
        self.matrix().map(|row| {
            let sum: f64 = row.iter().zip(light).map(|(weight, amount)| weight * amount).sum();
            sum.clamp(0.0, 1.0)
        })
    }

    /// For severity 1.0, from G. M. Machado, M. M. Oliveira, L. A. F. Fernandes: "A
    /// Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE Transactions
    /// on Visualization and Computer Graphics 15 (6), 2009.
    fn matrix(self) -> [[f64; 3]; 3] {
        match self {
            Self::Protanopia => [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
            Self::Deuteranopia => [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
            Self::Tritanopia => [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        }
    }
}

"""How is anything drawn? What every chart shares, charts as specifications, and pictures and paper made of them."""

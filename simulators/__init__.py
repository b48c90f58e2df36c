"""Everything unreal: patients, cuffs and oximeters at the other end of real ports."""

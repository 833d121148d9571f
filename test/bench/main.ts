import { benchGoogle } from './google'
import { benchPairing } from './pairing'
import { benchPlan, rules } from './plan'

benchPlan()
benchPairing(rules)
void benchGoogle()

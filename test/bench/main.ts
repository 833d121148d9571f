import { benchPlan } from './plan'

benchPlan()

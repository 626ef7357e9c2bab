#pragma once

#include "CLinuxEvents.h"

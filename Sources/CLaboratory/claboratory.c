#include "claboratory.h"

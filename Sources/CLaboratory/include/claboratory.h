#ifndef CLABORATORY_H
#define CLABORATORY_H
#endif

// LayerStore

[assembly: CollectionBehavior(DisableTestParallelization = true)] // each test starts silos of its own

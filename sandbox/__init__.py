"""AWS on loopback: moto, and the parts of AWS that moto lacks. It knows nothing of Serinus."""
